"""Forms: what was typed, turned into values or into messages beside their fields."""
