# Runs a broker for as long as standard input stays open, which ends with the test process, however that ends. Then
# nothing is left: no broker, no port mapper, and, unless the last words are `keep`, no file.
epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null &
mapper=$!
(
    cd "$DIRECTORY" || exit 1
    "$SERVER" </dev/null >>server.log 2>&1 &
    echo $! >server.pid
    wait
    # Told by a file, because a shell that reads does not see its child end.
    : >ended
) &
read -r last_words
until [ -s "$DIRECTORY/server.pid" ]; do sleep 0.1; done
kill -KILL "$(cat "$DIRECTORY/server.pid")" "$mapper"
wait
rm "$DIRECTORY/server.pid"
[ "$last_words" = keep ] || rm -rf "$DIRECTORY"
