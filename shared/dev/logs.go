package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// maxLog is the size, in bytes, at which an opened log is renamed to .old, and a
// new one begins.
const maxLog = 20 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

// newLog returns a log that goes to file, and for warnings and errors also to the
// terminal.
func newLog(file, terminal io.Writer) *slog.Logger {
	short := slog.NewTextHandler(terminal, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{}
			}
			return a
		},
	})
	return slog.New(slog.NewMultiHandler(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}), short))
}

// handlerOutput receives the handler's output: every line goes to the log, and a
// short form of the important ones to the terminal.
type handlerOutput struct {
	log, terminal io.Writer
	errors        bool // also show lines that are not JSON, since they come from stderr

	mu   sync.Mutex
	line []byte
}

// maxLine is how much of a line the terminal shows, and maxHeld how much of an
// unfinished line is kept, in bytes.
const maxLine, maxHeld = 300, 1 << 20

// Write never fails, since an error would stop the handler's output.
func (h *handlerOutput) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, _ = h.log.Write(b)
	h.line = append(h.line, b...)
	for {
		line, rest, whole := bytes.Cut(h.line, []byte("\n"))
		if !whole && len(h.line) < maxHeld {
			return len(b), nil
		}
		h.show(line)
		h.line = append(h.line[:0], rest...)
	}
}

func (h *handlerOutput) show(line []byte) {
	var said map[string]any
	if json.Unmarshal(line, &said) != nil {
		if text := strings.TrimSpace(string(line)); h.errors && text != "" {
			h.print("handler: " + text)
		}
		return
	}
	if level := fmt.Sprint(said["level"]); level != "WARN" && level != "ERROR" {
		return
	}
	text := fmt.Sprintf("handler %s: %v", strings.ToLower(fmt.Sprint(said["level"])), said["msg"])
	for _, name := range []string{"function", "error"} {
		if v, ok := said[name]; ok {
			text += fmt.Sprintf(" %s=%v", name, v)
		}
	}
	h.print(text)
}

func (h *handlerOutput) print(text string) {
	if r := []rune(text); len(r) > maxLine {
		text = string(r[:maxLine]) + "…"
	}
	fmt.Fprintln(h.terminal, strings.ReplaceAll(text, "\n", " "))
}
