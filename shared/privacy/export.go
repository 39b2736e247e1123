package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
)

// Export writes all that is stored about a contact as one JSON object, with a list for each
// kind of row. It holds one page of rows, and one text, at a time. The text is no JSON when it
// fails.
func (s *Service) Export(ctx context.Context, w io.Writer, c directory.Contact) error {
	e := directory.ErasureOf(c)
	out := json.NewEncoder(w)
	write := func(before string, v any) error {
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
		return out.Encode(v)
	}
	err := write(`{"contact":`, c)
	for _, p := range s.passes() {
		before := fmt.Sprintf(",%q:[", p.name)
		for after, more := "", true; more && err == nil; more = after != "" {
			var findings []finding
			findings, after, err = p.page(ctx, e, after)
			for _, f := range findings {
				var v any
				if err == nil {
					v, err = f.show(ctx)
				}
				if err == nil {
					err = write(before, v)
				}
				before = ","
			}
		}
		if before == "," {
			before = ""
		}
		if err == nil {
			_, err = io.WriteString(w, before+"]")
		}
	}
	if err == nil {
		_, err = io.WriteString(w, "}\n")
	}
	if err != nil {
		return fmt.Errorf("export contact %s: %w", c.ID, err)
	}
	return nil
}

// NoteExport writes to the audit that somebody exported a contact.
func (s *Service) NoteExport(ctx context.Context, contact string) error {
	return s.Configuration.Write(ctx, audit.Op(audit.Entry{By: audit.By(ctx), Action: "contact.export", Object: "contact " + contact}))
}
