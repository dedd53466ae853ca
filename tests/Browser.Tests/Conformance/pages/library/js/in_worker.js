export const where = typeof document === "object" ? "main" : "worker";
export const double = (value) => value * 2;
