package tabletest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
)

// batch answers an entity group transaction: all of its writes, or none.
//
// See https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
func (s *Server) batch(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		writeProblem(w, invalid("InvalidInput", "The body cannot be read: %v", err))
		return
	}
	if len(body) > maxBody {
		writeProblem(w, &problem{http.StatusRequestEntityTooLarge, "RequestBodyTooLarge", "The request body is too large."})
		return
	}
	requests, err := readChangeset(r.Header.Get("Content-Type"), bytes.NewReader(body))
	if err != nil {
		writeProblem(w, invalid("InvalidInput", "The batch cannot be read: %v", err))
		return
	}
	if len(requests) > 100 {
		writeProblem(w, invalid("InvalidInput", "The batch request operation exceeds the maximum 100 changes per change set."))
		return
	}
	changes := make([]change, 0, len(requests))
	seen := make(map[string]bool, len(requests))
	for i, request := range requests {
		c, p := s.plan(request)
		if p == nil {
			p = together(c, changes, seen)
		}
		if p != nil {
			p.message = fmt.Sprintf("%d:%s", i, p.message)
			answerBatch(w, func(part io.Writer) {
				fmt.Fprintf(part, "HTTP/1.1 %d %s\r\nX-Content-Type-Options: nosniff\r\nDataServiceVersion: 3.0;\r\nContent-Type: %s\r\n\r\n", p.status,
					http.StatusText(p.status), jsonType)
				part.Write(p.body())
			})
			return
		}
		seen[c.key] = true
		changes = append(changes, c)
	}
	answers := make([]func(io.Writer), len(changes))
	for i, c := range changes {
		s.apply(c)
		answers[i] = func(part io.Writer) {
			fmt.Fprintf(part, "HTTP/1.1 %d %s\r\nX-Content-Type-Options: nosniff\r\nDataServiceVersion: 1.0;\r\n", c.status,
				http.StatusText(c.status))
			if c.row != nil {
				fmt.Fprintf(part, "ETag: %s\r\n", etag(c.row.ticks))
			}
			io.WriteString(part, "\r\n")
			if c.echo {
				part.Write(appendRow(nil, c.partition, c.row, true))
			}
		}
	}
	answerBatch(w, answers...)
}

// together returns why c cannot be in one transaction with the changes before it.
func together(c change, before []change, seen map[string]bool) *problem {
	if len(before) > 0 && (before[0].table != c.table || before[0].partition != c.partition) {
		return invalid("CommandsInBatchActOnDifferentPartitions", "All commands in a batch must operate on same entity group.")
	}
	if seen[c.key] {
		return invalid("InvalidDuplicateRow",
			"The batch request contains multiple changes with same row key. An entity can appear only once in a batch request.")
	}
	return nil
}

// readChangeset returns the requests in the only changeset of a batch.
func readChangeset(contentType string, body io.Reader) ([]*http.Request, error) {
	outer, err := parts(contentType, body)
	if err != nil {
		return nil, err
	}
	part, err := outer.NextPart()
	if err != nil {
		return nil, err
	}
	inner, err := parts(part.Header.Get("Content-Type"), part)
	if err != nil {
		return nil, err
	}
	var requests []*http.Request
	for {
		p, err := inner.NextPart()
		if err == io.EOF {
			return requests, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		if p.Header.Get("Content-Type") != "application/http" || p.Header.Get("Content-Transfer-Encoding") != "binary" {
			return nil, fmt.Errorf("a part is %v", p.Header)
		}
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			return nil, err
		}
		requests = append(requests, request)
	}
}

func parts(contentType string, body io.Reader) (*multipart.Reader, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	if kind != "multipart/mixed" {
		return nil, fmt.Errorf("%s is not multipart/mixed", kind)
	}
	return multipart.NewReader(body, params["boundary"]), nil
}

// answerBatch writes the answers to a transaction's operations, or the one answer
// to the operation that failed.
func answerBatch(w http.ResponseWriter, answers ...func(io.Writer)) {
	const outer, inner = "batchresponse_kantoorpost", "changesetresponse_kantoorpost"
	var body bytes.Buffer
	batch := multipart.NewWriter(&body)
	batch.SetBoundary(outer)
	part, _ := batch.CreatePart(textproto.MIMEHeader{"Content-Type": {"multipart/mixed; boundary=" + inner}})
	changeset := multipart.NewWriter(part)
	changeset.SetBoundary(inner)
	for _, answer := range answers {
		p, _ := changeset.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/http"}, "Content-Transfer-Encoding": {"binary"}})
		answer(p)
	}
	changeset.Close()
	batch.Close()
	w.Header().Set("Content-Type", "multipart/mixed; boundary="+outer)
	w.WriteHeader(http.StatusAccepted)
	w.Write(body.Bytes())
}
