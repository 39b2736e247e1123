package wiretest

// UnderRace says that the tests run with the race detector.
var UnderRace bool

// Stride is the distance between the cases of a sweep that are run: all of them are,
// but with the race detector, which is five times slower, every fourth.
func Stride() int {
	if UnderRace {
		return 4
	}
	return 1
}
