"""合规: registers of risk assessment and consent, freezing and erasing, who has which role."""
