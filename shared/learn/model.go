package learn

import (
	_ "embed"
	"encoding/json"
	"math"
	"strings"

	"kantoorpost/shared/item"
)

// The model ranks what may be done with a mail. What is seen in the mail and
// known of its sender is evidence for a contact or a client; each piece has a
// chance that it misleads (see weight.go), the strongest of each group count, and
// independent pieces multiply. Candidates exclude each other, so their odds are
// set against one another: a softmax over the logarithms of their odds, with
// "none of these" at zero.
//
// The chances in weight.go are judgements. Generated years of mail correct them,
// a little, by the factors of weights.json:
//
//	go test ./shared/learn -run TestWeights -update
//
// Fitted to five years they put the right suggestion first for 98.3 % of the mail of four
// others; judgement alone 97.5 %.
type weights struct {
	// Evidence multiplies the logarithm of a clue's chance to mislead, by code; 1 where
	// there is none. It is never negative: no evidence speaks against what it points to.
	Evidence map[string]float64 `json:"evidence"`
	// Action is added to the log-odds of an action and scope, by reason for waiting.
	Action map[string]float64 `json:"action"`
	// Certainty multiplies the logarithms of the odds of all suggestions in the end, so that
	// of those with a chance of 98 % about 98 in 100 are right: judgement is too careful.
	Certainty float64 `json:"certainty"`
}

//go:embed weights.json
var weightsFile []byte

var model = func() (w weights) {
	if err := json.Unmarshal(weightsFile, &w); err != nil {
		panic("learn: weights.json: " + err.Error()) // it is part of the program
	}
	return w
}()

func (w weights) evidence(code string) float64 {
	if f, ok := w.Evidence[code]; ok {
		return f
	}
	return 1
}

// chances returns the chance of each of several things that exclude each other,
// from the chance of each by its own evidence. The rest is the chance of none.
func chances(alone []float64) []float64 {
	out, sum := make([]float64, len(alone)), 1.0
	for i, p := range alone {
		p = min(p, 0.999)
		out[i] = p / (1 - p)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// weighed corrects the chances of suggestions by what generated years say of
// their actions.
func (w weights) weighed(list []Suggestion, why item.Reason) {
	left, sum := 1.0, 0.0
	for _, s := range list {
		left -= s.Score
	}
	for i, s := range list {
		list[i].Score *= math.Exp(w.Action[strings.TrimSpace(string(why)+" "+string(s.Action)+" "+s.Scope)])
		sum += list[i].Score
	}
	if sum += max(0, left); sum > 1 {
		for i := range list {
			list[i].Score /= sum
		}
	}
}

// calibrated makes the chances of suggestions, which exclude each other, as high as the
// share of them that is right.
func (w weights) calibrated(list []Suggestion) {
	if w.Certainty == 0 {
		return // it is not fitted yet
	}
	left := 1.0
	for _, s := range list {
		left -= s.Score
	}
	sum := math.Pow(max(0, left), w.Certainty)
	for i := range list {
		list[i].Score = math.Pow(list[i].Score, w.Certainty)
		sum += list[i].Score
	}
	for i := range list {
		list[i].Score /= max(sum, math.SmallestNonzeroFloat64)
	}
}
