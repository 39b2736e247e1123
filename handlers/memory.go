package main

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// smallestInstance is the smallest instance of the plan, in bytes. It is assumed when
// the size is not known.
// https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#instance-sizes
const smallestInstance = 512 << 20

// limitMemory sets the soft memory limit of this process to its share of the instance,
// unless GOMEMLIMIT sets one.
func limitMemory(instanceMB int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryShare(instanceMB, cgroupMemory()))
	}
}

// memoryShare returns how much of an instance this process may use, in bytes: two
// fifths, since the Functions host runs there too, and the limit does not count the
// buffers of the system.
func memoryShare(instanceMB, group int64) int64 {
	instance := group
	switch {
	case instanceMB > 0:
		instance = instanceMB << 20
	case group <= 0 || group > 8<<30: // no limit, or that of a whole machine
		instance = smallestInstance
	}
	return max(instance/5*2, 64<<20)
}

// cgroupMemory returns the memory limit of the container, in bytes; 0 when there is
// none.
// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
func cgroupMemory() int64 {
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n < math.MaxInt64/2 {
			return n
		}
	}
	return 0
}
