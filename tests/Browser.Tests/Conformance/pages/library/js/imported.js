export const imported = "by js_import";
