//go:build race

package wiretest

func init() { UnderRace = true }
