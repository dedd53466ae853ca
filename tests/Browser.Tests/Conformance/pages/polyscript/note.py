text = "a file of the config"
