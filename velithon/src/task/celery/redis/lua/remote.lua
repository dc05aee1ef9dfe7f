-- Sends what is due by now to the lists of other workers. ARGV: how many. Answers the time until the next, or -1.
local now = clock()
for _, member in ipairs(redis.call('ZRANGEBYSCORE', P .. 'remote', '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local key, message = member:match('^([^\n]*)\n(.*)$')
  redis.call('LPUSH', key, message)
  redis.call('ZREM', P .. 'remote', member)
end
local later = redis.call('ZRANGE', P .. 'remote', 0, 0, 'WITHSCORES')
return later[2] and int(math.max(0, tonumber(later[2]) - now)) or '-1'
