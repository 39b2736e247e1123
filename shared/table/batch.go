package table

import "slices"

// A Batch collects operations for one Write. The zero Batch is empty.
type Batch struct {
	ops  []Op
	keys map[string]bool
	size int // bytes
}

// Room tells whether one Write takes the operations of the batch, these, and so many
// small ones more.
func (b *Batch) Room(ops []Op, more int) bool {
	size := b.size + 2*envelope*more
	for _, o := range ops {
		size += o.Size()
	}
	return len(b.ops)+len(ops)+more <= MaxOps && size <= MaxBytes
}

// Writes tells whether the batch has an operation on a row of one of these.
func (b *Batch) Writes(ops []Op) bool {
	return slices.ContainsFunc(ops, func(o Op) bool { return b.keys[o.key] })
}

// Add adds operations. They must be on other rows than those of the batch.
func (b *Batch) Add(ops []Op) {
	if b.keys == nil {
		b.keys = map[string]bool{}
	}
	for _, o := range ops {
		b.keys[o.key] = true
		b.size += o.Size()
	}
	b.ops = append(b.ops, ops...)
}

// Ops returns the operations of the batch.
func (b *Batch) Ops() []Op { return b.ops }
