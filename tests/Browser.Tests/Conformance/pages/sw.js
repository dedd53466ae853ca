importScripts("{{runtime}}/coincident/4.1.1/dist/sw.js");
