origin = "remote_json"
