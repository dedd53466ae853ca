value = "a module of the config"
