origin = "remote_toml"
