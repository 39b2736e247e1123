//go:build race

package apptest

func init() { UnderRace = true }
