export const origin = "remote.js";
