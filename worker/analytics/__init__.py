"""Analytics on marketing data, as a Lambda function in a container image."""
