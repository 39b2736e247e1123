package queuetest

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	week = 7 * 24 * time.Hour
	// maxBody is the size of the largest request: a message of 64 KiB in XML,
	// with the surrounding elements.
	maxBody = 64<<10 + 256
)

// listed is a message in an answer of the service; fields may be empty.
type listed struct {
	XMLName         xml.Name `xml:"QueueMessage"`
	MessageId       string
	InsertionTime   string
	ExpirationTime  string
	PopReceipt      string `xml:",omitempty"`
	TimeNextVisible string `xml:",omitempty"`
	DequeueCount    *int
	MessageText     *string
}

type list struct {
	XMLName  xml.Name `xml:"QueueMessagesList"`
	Messages []listed
}

func (m *message) listed() listed {
	return listed{MessageId: m.id, InsertionTime: httpTime(m.inserted), ExpirationTime: httpTime(m.expires)}
}

func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

func (s *Server) putMessage(w http.ResponseWriter, r *http.Request, q *messages, now time.Time) *problem {
	text, p := readMessage(r)
	if p != nil {
		return p
	}
	ttl, p := seconds(r, "messagettl", -1, 1<<31-1, int(week/time.Second))
	if p != nil {
		return p
	}
	hidden, p := seconds(r, "visibilitytimeout", 0, int(week/time.Second), 0)
	if p != nil {
		return p
	}
	if ttl == 0 || ttl > 0 && hidden >= ttl {
		return outOfRange("messagettl")
	}
	m := s.newMessage(text, now, ttl)
	m.visible = now.Add(hidden)
	q.add(m)
	l := m.listed()
	l.PopReceipt, l.TimeNextVisible = m.receipt, httpTime(m.visible)
	writeXML(w, http.StatusCreated, list{Messages: []listed{l}})
	return nil
}

// newMessage makes a message. With a ttl below zero it never expires.
func (s *Server) newMessage(text string, now time.Time, ttl time.Duration) *message {
	s.serial++
	m := &message{text: text, inserted: now, visible: now, expires: now.Add(ttl), serial: s.serial}
	m.id = fmt.Sprintf("00000000-0000-4000-8000-%012x", s.serial)
	if ttl < 0 {
		m.expires = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	s.renewReceipt(m)
	return m
}

// renewReceipt gives m a new pop receipt, so that older ones are no longer valid.
func (s *Server) renewReceipt(m *message) {
	s.serial++
	m.receipt = fmt.Sprintf("AgAAAAMAAAAAAAAA%012x", s.serial)
}

func (s *Server) getMessages(w http.ResponseWriter, r *http.Request, q *messages, now time.Time) *problem {
	n := 1
	if text := r.URL.Query().Get("numofmessages"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 || n > 32 {
			return outOfRange("numofmessages")
		}
	}
	hide, p := seconds(r, "visibilitytimeout", 1, int(week/time.Second), 30)
	if p != nil {
		return p
	}
	peek := r.URL.Query().Get("peekonly") == "true"
	var out list
	var peeked []*message
	for len(out.Messages) < n {
		m := q.first(now)
		if m == nil {
			break
		}
		if peek { // removed for a moment, to see the next one
			q.remove(m)
			peeked = append(peeked, m)
		} else {
			s.take(q, m, now.Add(hide))
		}
		l := m.listed()
		l.DequeueCount, l.MessageText = &m.count, &m.text
		if !peek {
			l.PopReceipt, l.TimeNextVisible = m.receipt, httpTime(m.visible)
		}
		out.Messages = append(out.Messages, l)
	}
	for _, m := range peeked {
		q.add(m)
	}
	writeXML(w, http.StatusOK, out)
	return nil
}

// take counts a receipt of m and hides it until the given time.
func (s *Server) take(q *messages, m *message, until time.Time) {
	m.count++
	m.visible = until
	s.renewReceipt(m)
	q.moved(m)
}

func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request, q *messages, id string) *problem {
	m, p := find(q, id, r.URL.Query().Get("popreceipt"))
	if p != nil {
		return p
	}
	q.remove(m)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) updateMessage(w http.ResponseWriter, r *http.Request, q *messages, id string, now time.Time) *problem {
	m, p := find(q, id, r.URL.Query().Get("popreceipt"))
	if p != nil {
		return p
	}
	if !r.URL.Query().Has("visibilitytimeout") {
		return &problem{http.StatusBadRequest, "MissingRequiredQueryParameter", "visibilitytimeout is missing."}
	}
	hide, p := seconds(r, "visibilitytimeout", 0, int(week/time.Second), 0)
	if p != nil {
		return p
	}
	if now.Add(hide).After(m.expires) {
		return outOfRange("visibilitytimeout")
	}
	if r.ContentLength > 0 {
		if m.text, p = readMessage(r); p != nil {
			return p
		}
	}
	m.visible = now.Add(hide)
	s.renewReceipt(m)
	q.moved(m)
	w.Header().Set("x-ms-popreceipt", m.receipt)
	w.Header().Set("x-ms-time-next-visible", httpTime(m.visible))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func find(q *messages, id, receipt string) (*message, *problem) {
	m := q.byID[id]
	if m == nil {
		return nil, &problem{http.StatusNotFound, "MessageNotFound", "The specified message does not exist."}
	}
	if m.receipt != receipt {
		return nil, &problem{http.StatusBadRequest, "PopReceiptMismatch",
			"The specified pop receipt did not match the pop receipt for a dequeued message."}
	}
	return m, nil
}

func readMessage(r *http.Request) (string, *problem) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		return "", &problem{http.StatusRequestEntityTooLarge, "RequestBodyTooLarge",
			"The request body is too large and exceeds the maximum permissible limit."}
	}
	var m struct {
		XMLName     xml.Name `xml:"QueueMessage"`
		MessageText string
	}
	if err == nil {
		err = xml.Unmarshal(body, &m)
	}
	if err != nil {
		return "", &problem{http.StatusBadRequest, "InvalidXmlDocument", fmt.Sprintf("XML specified is not syntactically valid: %v", err)}
	}
	return m.MessageText, nil
}

func seconds(r *http.Request, name string, low, high, absent int) (time.Duration, *problem) {
	n := absent
	if text := r.URL.Query().Get(name); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < low || n > high {
			return 0, outOfRange(name)
		}
	}
	return time.Duration(n) * time.Second, nil
}

func outOfRange(name string) *problem {
	return &problem{http.StatusBadRequest, "OutOfRangeQueryParameterValue",
		"The query parameter " + name + " is outside the permissible range."}
}
