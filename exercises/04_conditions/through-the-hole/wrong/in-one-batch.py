def every_score(dynamodb, table):
    keys = [{"player": {"S": player}} for player in ("alice", "bob", "mallory")]
    answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})
    return {item["player"]["S"]: int(item["score"]["N"]) for item in answer["Responses"][table]}
