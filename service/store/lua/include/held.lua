-- How much is held, of the site and of each network.

-- Count comments and their bytes, more or fewer, also for their *network* where it is known.
local function count_held(network, comments, bytes)
    redis.call('HINCRBY', K.held, 'comments', comments)
    redis.call('HINCRBY', K.held, 'bytes', bytes)
    if network then
        local left = redis.call('HINCRBY', K.held, network, comments)
        redis.call('HINCRBY', K.held, network .. ':bytes', bytes)
        if left <= 0 then redis.call('HDEL', K.held, network, network .. ':bytes') end
    end
end
