// Package wire has what the API reads and answers as JSON, so that its clients in this
// program, the pages, cannot disagree with it. The tags doc, enum and those with limits
// become the description of the API; names of types are names of its schemas.
package wire

// A ListOf is a page of a list.
type ListOf[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"the after of the next page; absent at the end"`
}
