package answer

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// An Upload is the state of an upload session.
type Upload struct {
	URL  string // in the answer that opened the session
	Next int64  // first byte that the server does not have, -1 when it does not say
}

// UploadState decodes the state of an upload session. The names of its properties
// come in different cases.
// https://learn.microsoft.com/graph/outlook-large-attachments
func UploadState(raw []byte) (Upload, error) {
	var w struct {
		URL    string   `json:"uploadUrl"`
		Ranges []string `json:"nextExpectedRanges"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return Upload{}, fmt.Errorf("decode upload session: %w", err)
	}
	u := Upload{URL: w.URL, Next: -1}
	if len(w.Ranges) > 0 {
		// "2097152" and "2097152-4194303" both occur.
		start, _, _ := strings.Cut(w.Ranges[0], "-")
		if n, err := strconv.ParseInt(strings.TrimSpace(start), 10, 64); err == nil && n >= 0 {
			u.Next = n
		}
	}
	return u, nil
}
