def every_score(dynamodb, table):
    scores = {}
    for player in ("alice", "bob", "mallory"):
        answer = dynamodb.get_item(TableName=table, Key={"player": {"S": player}})
        scores[player] = int(answer["Item"]["score"]["N"])
    return scores
