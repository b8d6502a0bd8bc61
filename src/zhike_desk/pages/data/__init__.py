"""数据: what came in and what came of it; uploads looked at before they are taken in; nights, findings, health."""
