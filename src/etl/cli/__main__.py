"""`python -m etl.cli …`: the same as `etl …`, where nothing is installed."""

from etl.cli import main

if __name__ == "__main__":
    main()
