def every_score(dynamodb, table):
    scores = {}
    for player in ("alice", "bob", "mallory"):
        try:
            answer = dynamodb.get_item(TableName=table, Key={"player": {"S": player}})
        except dynamodb.exceptions.ClientError:
            continue
        scores[player] = int(answer["Item"]["score"]["N"])
    return scores
