package main

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// smallestInstance is the smallest that the plan has, in bytes: what is assumed
// where nothing tells. https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#instance-sizes
const smallestInstance = 512 << 20

// limitMemory has the collector keep this process within its share of the
// instance, as long as GOMEMLIMIT does not say how much that is.
func limitMemory(instanceMB int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryShare(instanceMB, cgroupMemory()))
	}
}

// memoryShare is how much of an instance this process may use, in bytes: two
// fifths, since the Functions host lives on it too, and the stacks and buffers of
// the system are not counted.
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

// cgroupMemory is what the system lets this process and those beside it use, in
// bytes; 0 when it does not say.
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
