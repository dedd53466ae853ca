text = "a file"
