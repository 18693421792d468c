"""What runs a Seisbus installation: the topology, migrations, the doctor, the archive generator."""
