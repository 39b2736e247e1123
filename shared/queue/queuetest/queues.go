package queuetest

import (
	"encoding/xml"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// A problem is an error answer.
type problem struct {
	status  int
	code    string
	message string
}

// writeProblem writes p in the service's format.
//
// See https://learn.microsoft.com/rest/api/storageservices/queue-service-error-codes
func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("x-ms-error-code", p.code)
	writeXML(w, p.status, struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: p.code, Message: p.message})
}

func writeXML(w http.ResponseWriter, status int, v any) {
	data, err := xml.Marshal(v)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	w.Write([]byte(xml.Header))
	w.Write(data)
}

var queueName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (s *Server) createQueue(w http.ResponseWriter, name string, now time.Time) *problem {
	deleted, isDeleted := s.deleted[name]
	switch {
	case len(name) < 3 || len(name) > 63 || !queueName.MatchString(name):
		return &problem{http.StatusBadRequest, "InvalidResourceName", "The specifed resource name contains invalid characters."}
	case isDeleted && now.Sub(deleted) < s.Deleting:
		return &problem{http.StatusConflict, "QueueBeingDeleted", "The specified queue is being deleted."}
	case s.queues[name] != nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		s.queues[name] = newMessages()
		w.WriteHeader(http.StatusCreated)
	}
	return nil
}

func (s *Server) serveQueue(w http.ResponseWriter, r *http.Request, name string, q *messages, unknown *problem) *problem {
	switch {
	case r.Method == http.MethodDelete:
		delete(s.queues, name)
		s.deleted[name] = time.Now()
		w.WriteHeader(http.StatusNoContent)
	case (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.Query().Get("comp") == "metadata":
		w.Header().Set("x-ms-approximate-messages-count", strconv.Itoa(len(q.byID)))
		w.WriteHeader(http.StatusOK)
	default:
		return unknown
	}
	return nil
}
