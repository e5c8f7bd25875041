"""Quality of experience: our default ABR policy, its peers and the offline optimum in Sabre-equivalent sessions."""
