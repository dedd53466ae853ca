export const where = typeof document === "object" ? "main" : "worker";
export const add = (a, b) => a + b;
export default "default export";
