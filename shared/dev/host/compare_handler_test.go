package host

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// An arrival is one call of the function "job", as the handler saw it.
type arrival struct {
	Text     string         `json:"text"`
	Count    string         `json:"count"`
	AtOnce   int64          `json:"atOnce"` // calls that ran, with this one
	Metadata map[string]any `json:"metadata"`
}

// playCompared is the handler that TestBothHostsDoTheSame runs on both hosts. It writes
// what arrives to files in the folder RECORD.
func playCompared(port, record string) int {
	var running atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("POST /job", func(w http.ResponseWriter, r *http.Request) {
		a := arrival{AtOnce: running.Add(1)}
		defer running.Add(-1)
		var in struct {
			Data     struct{ Job string }
			Metadata map[string]any
		}
		if json.NewDecoder(r.Body).Decode(&in) != nil || json.Unmarshal([]byte(in.Data.Job), &a.Text) != nil {
			os.Exit(97)
		}
		a.Metadata, a.Count = in.Metadata, fmt.Sprint(in.Metadata["DequeueCount"])
		appendLine(record, "jobs", a)
		switch {
		case strings.Contains(a.Text, "always fails"):
			w.WriteHeader(http.StatusInternalServerError)
			return
		case strings.Contains(a.Text, "crashes once") && a.Count == "1":
			os.Exit(3)
		case strings.Contains(a.Text, "hangs once") && a.Count == "1":
			time.Sleep(time.Minute)
		case strings.Contains(a.Text, "one of many"):
			time.Sleep(10 * time.Millisecond)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{}`)
	})
	mux.HandleFunc("/api/echo/", echo)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { playRequest(w, r, record) })
	if err := http.ListenAndServe("127.0.0.1:"+port, mux); err != nil {
		return 98
	}
	return 0
}

// hasFirst is how the client says that it has the first event.
var hasFirst = make(chan struct{})

func appendLine(record, name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		os.Exit(96)
	}
	f, err := os.OpenFile(filepath.Join(record, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		os.Exit(95)
	}
	_, _ = f.Write(append(text, '\n'))
	_ = f.Close()
}

// playRequest answers in the ways that a proxy may get wrong.
func playRequest(w http.ResponseWriter, r *http.Request, record string) {
	h := w.Header()
	switch strings.TrimPrefix(r.URL.Path, "/api/") {
	case "upload":
		sum := sha256.New()
		n, err := io.Copy(sum, r.Body)
		appendLine(record, "uploads", fmt.Sprint(n, " ", err != nil))
		fmt.Fprintf(w, "%d %x, length %d, %v", n, sum.Sum(nil), r.ContentLength, r.TransferEncoding)
	case "download":
		block := make([]byte, 64<<10)
		for range 64 << 10 { // 4 GiB
			if _, err := w.Write(block); err != nil {
				break
			}
		}
		appendLine(record, "downloads", r.Context().Err() != nil)
	case "head":
		h.Set("Content-Length", "123")
		h.Set("ETag", `"v1"`)
		if r.Method != http.MethodHead {
			fmt.Fprint(w, strings.Repeat("x", 123))
		}
	case "cookies":
		for i := range 3 {
			http.SetCookie(w, &http.Cookie{Name: "c" + strconv.Itoa(i), Value: "a=b", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
		fmt.Fprint(w, r.Header.Get("Cookie"))
	case "redirect":
		http.Redirect(w, r, "/api/head?from=redirect", http.StatusSeeOther)
	case "gzip":
		h.Set("Content-Encoding", "gzip")
		h.Set("Vary", "Accept-Encoding")
		zip := gzip.NewWriter(w)
		fmt.Fprint(zip, "compressed for ", r.Header.Get("Accept-Encoding"))
		_ = zip.Close()
	case "events":
		h.Set("Content-Type", "text/event-stream")
		for i := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			if i == 0 {
				<-hasFirst
			}
		}
	case "has-first":
		hasFirst <- struct{}{}
	case "status":
		code, _ := strconv.Atoi(r.URL.Query().Get("code"))
		h.Set("X-Odd", r.URL.Query().Get("odd"))
		w.WriteHeader(code)
	}
}
