from_file = "the file of a setup"
