"""The stages as pure functions: values in, values out. No step knows another, disk, database or Prefect."""
