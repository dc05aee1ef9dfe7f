-- Notes that a schedule was due, and keeps its task. ARGV: name, tick, then perhaps a task. Answers 1 for the first to say so.
local key = P .. 'cron:' .. ARGV[1]
if redis.call('ZADD', key, 'NX', ARGV[2], ARGV[2]) == 0 then return 0 end
redis.call('ZREMRANGEBYRANK', key, 0, -201)
enqueue(3)
return 1
