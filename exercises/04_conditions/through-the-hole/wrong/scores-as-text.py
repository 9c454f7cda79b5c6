def every_score(dynamodb, table):
    """Return the scores of all players, as in {"alice": 120}."""
    answer = dynamodb.scan(TableName=table)
    return {item["player"]["S"]: item["score"]["N"] for item in answer["Items"]}
