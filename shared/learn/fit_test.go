package learn

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/item"
	"kantoorpost/shared/sim/year"
)

// unweighted are examples whose reasons have the weights that judgement gives them.
func unweighted(t *testing.T, years []year.Options) (all []example) {
	t.Helper()
	now := model
	model = weights{}
	defer func() { model = now }()
	for _, o := range years {
		for _, e := range playBack(t, o) {
			if e.right >= 0 && !e.mail.Doubt && len(e.list) > 1 {
				all = append(all, e)
			}
		}
	}
	return all
}

// weighedAnew are the chances of the suggestions of an example with other weights,
// computed as Suggest does it.
func weighedAnew(w weights, e example) []float64 {
	alone := make([]float64, len(e.list))
	for i, s := range e.list {
		sum := 0.0
		for _, r := range s.Reasons {
			sum += r.Weight * w.evidence(r.Code)
		}
		alone[i] = 1 - math.Exp(-sum)
	}
	out := make([]float64, len(e.list))
	left := 1.0
	for _, action := range []item.Action{item.LinkContact, item.CreateContact, item.ChooseClient} {
		var at []int
		var some []float64
		for i, s := range e.list {
			if s.Action == action && !(action == item.CreateContact && s.Client == nil) {
				at, some = append(at, i), append(some, alone[i])
			}
		}
		sum := 0.0
		for i, chance := range chances(some) {
			out[at[i]] = left * chance
			sum += chance
		}
		left *= 1 - sum
	}
	// What remains keeps the shares that it had.
	had := 0.0
	for i, s := range e.list {
		if out[i] == 0 {
			had += s.Score
		}
	}
	list := make([]Suggestion, len(e.list))
	for i, s := range e.list {
		if out[i] == 0 && had > 0 {
			nobody := 0.0
			if s.Action == item.Dismiss {
				nobody = alone[i]
			}
			out[i] = left * max(nobody, 0.03) * s.Score / had
		}
		s.Score = out[i]
		list[i] = s
	}
	w.weighed(list, e.mail.Item.Reason)
	for i, s := range list {
		out[i] = s.Score
	}
	return out
}

// placed is the place of the right suggestion with other weights. A dismissal is
// right with any scope.
func placed(w weights, e example) int {
	p := weighedAnew(w, e)
	place := 0
	for i := range p {
		if p[i] > p[e.right] && !(e.list[i].Action == item.Dismiss && e.list[e.right].Action == item.Dismiss) {
			place++
		}
	}
	return place
}

// How far generated years may move a weight from what judgement says: as if so
// many mails said that it is right.
const judgement = 40

// A fitting finds the weights with which the right suggestions of examples are
// likeliest, near to judgement.
type fitting struct {
	examples []example
	with     map[string][]int // examples by code ("e name") or action ("a …")
	w        weights
}

func fittingOf(examples []example, w weights) *fitting {
	f := &fitting{examples, map[string][]int{}, weights{Evidence: map[string]float64{}, Action: map[string]float64{}}}
	maps.Copy(f.w.Evidence, w.Evidence)
	maps.Copy(f.w.Action, w.Action)
	for i, e := range examples {
		seen := map[string]bool{}
		for _, s := range e.list {
			seen["a "+actionOf(e, s)] = true
			for _, r := range s.Reasons {
				if r.Weight > 0 {
					seen["e "+r.Code] = true
				}
			}
		}
		for key := range seen {
			f.with[key] = append(f.with[key], i)
		}
	}
	return f
}

// weight returns the weights to which a key belongs, its name there, what judgement
// says, and its limits.
func (f *fitting) weight(key string) (values map[string]float64, name string, usual, least, most float64) {
	if key[:1] == "a" {
		return f.w.Action, key[2:], 0, -1.5, 1.5
	}
	return f.w.Evidence, key[2:], 1, 0.2, 2.5
}

// now is the value of a weight.
func (f *fitting) now(key string) float64 {
	values, name, usual, _, _ := f.weight(key)
	if v, ok := values[name]; ok {
		return v
	}
	return usual
}

// cost says how unlikely the examples of a key are with another value, in nats.
func (f *fitting) cost(key string, v float64) float64 {
	values, name, usual, _, _ := f.weight(key)
	was := f.now(key)
	values[name] = v
	sum := judgement * (v - usual) * (v - usual)
	for _, i := range f.with[key] {
		sum += f.examples[i].loss(f.w)
	}
	values[name] = was
	return sum
}

// loss says how unlikely the right suggestion is. A dismissal is right for any scope.
func (e example) loss(w weights) float64 {
	p := 0.0
	for j, chance := range weighedAnew(w, e) {
		if j == e.right || e.list[j].Action == item.Dismiss && e.list[e.right].Action == item.Dismiss {
			p += chance
		}
	}
	return -math.Log(p + 0.001)
}

// fit moves one weight after the other a little, as long as that helps.
func fit(examples []example, rounds int) weights {
	f := fittingOf(examples, weights{})
	keys := slices.Sorted(maps.Keys(f.with))
	for step := 0.4; rounds > 0; rounds, step = rounds-1, step*0.8 {
		for _, key := range keys {
			values, name, _, least, most := f.weight(key)
			best := f.now(key)
			lowest := f.cost(key, best)
			for _, v := range []float64{best - step, best + step} {
				if v = max(least, min(most, v)); f.cost(key, v) < lowest {
					best, lowest = v, f.cost(key, v)
				}
			}
			values[name] = best
		}
	}
	for _, values := range []map[string]float64{f.w.Evidence, f.w.Action} {
		for name, v := range values {
			values[name] = math.Round(100*v) / 100
		}
	}
	return f.w
}

// notFitted returns the weights that fitting would move: with a value aside the examples
// are likelier by more than a nat.
func notFitted(examples []example, w weights) (keys []string) {
	f := fittingOf(examples, w)
	const aside = 0.15
	for _, key := range slices.Sorted(maps.Keys(f.with)) {
		_, _, _, least, most := f.weight(key)
		is := f.now(key)
		if min(f.cost(key, max(least, is-aside)), f.cost(key, min(most, is+aside))) < f.cost(key, is)-1 {
			keys = append(keys, key)
		}
	}
	return keys
}

func actionOf(e example, s Suggestion) string {
	return strings.TrimSpace(string(e.mail.Item.Reason) + " " + string(s.Action) + " " + cmp.Or(s.Scope))
}

// uncalibrated are examples with the chances that they have before these are calibrated.
func uncalibrated(t *testing.T, years []year.Options, w weights) (all []example) {
	t.Helper()
	now := model
	model, model.Certainty = w, 0
	defer func() { model = now }()
	for _, o := range years {
		all = append(all, playBack(t, o)...)
	}
	return slices.DeleteFunc(all, func(e example) bool { return e.mail.Doubt || len(e.list) == 0 })
}

// certainty returns that with which the right suggestions are likeliest.
func certainty(examples []example) (best float64) {
	lowest := math.Inf(1)
	for c := 1.0; c < 3; c += 0.05 {
		if cost := uncertainty(examples, c); cost < lowest {
			best, lowest = c, cost
		}
	}
	return math.Round(100*best) / 100
}

// uncertainty says how unlikely the right suggestions are with a certainty, in nats.
func uncertainty(examples []example, c float64) (sum float64) {
	for _, e := range examples {
		list, right, none := slices.Clone(e.list), 0.0, 1.0
		weights{Certainty: c}.calibrated(list)
		for i, s := range list {
			if e.right >= 0 && (i == e.right || s.Action == item.Dismiss && list[e.right].Action == item.Dismiss) {
				right += s.Score
			}
			none -= s.Score
		}
		if e.right < 0 {
			right = none
		}
		sum -= math.Log(max(right, 0) + 0.001)
	}
	return sum
}
