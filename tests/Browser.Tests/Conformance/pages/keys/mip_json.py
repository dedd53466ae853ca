origin = "mip_json"
