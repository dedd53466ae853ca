origin = "mip_module"
