origin = "mip_toml"
