"""Projects: what flows, connections and tables belong to, and who may work in them."""
