//! POWER, multi-agent POWER and instrumental alignment, with standard errors
