package invoke

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/telemetry"
)

type attrsKey struct{}

// With returns a context that adds attrs to its log lines, after those that ctx
// already adds.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	had, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return context.WithValue(ctx, attrsKey{}, append(had[:len(had):len(had)], attrs...))
}

// NewLog returns a log of JSON lines, each with the id of its trace. The process writes it to stdout, since the
// host takes every line on stderr for an error.
func NewLog(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(logHandler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: clean})})
}

type alwaysKey struct{}

// Always returns a context whose lines are written whatever the level of the log is.
func Always(ctx context.Context) context.Context { return context.WithValue(ctx, alwaysKey{}, true) }

type logHandler struct{ slog.Handler }

func (h logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return ctx.Value(alwaysKey{}) != nil || h.Handler.Enabled(ctx, level)
}

func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := telemetry.TraceID(ctx); id != "" {
		r.AddAttrs(slog.String("trace", id))
	}
	if attrs, ok := ctx.Value(attrsKey{}).([]slog.Attr); ok {
		r.AddAttrs(attrs...)
	}
	export(ctx, r)
	return h.Handler.Handle(ctx, r)
}

// maxExported is how much of a field is exported, in bytes: Application Insights takes no more.
// https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
const maxExported = 8 << 10

// export gives the line to the telemetry of its call, as clean as it is written. What is
// no text and no number stays out: metrics have a way of their own.
func export(ctx context.Context, r slog.Record) {
	q := telemetry.From(ctx)
	if q == nil {
		return
	}
	text := func(a slog.Attr) string {
		s := clean(nil, a).Value.String()
		return strings.ToValidUTF8(s[:min(len(s), maxExported)], "")
	}
	line := telemetry.Log{At: r.Time, Level: r.Level, Message: text(slog.String(slog.MessageKey, r.Message))}
	r.Attrs(func(a slog.Attr) bool {
		if k := clean(nil, a).Value.Resolve().Kind(); k != slog.KindAny && k != slog.KindGroup {
			line.Attributes = append(line.Attributes, telemetry.Attribute{Key: a.Key, Value: text(a)})
		}
		return true
	})
	q.Log(ctx, line)
}

func (h logHandler) WithAttrs(a []slog.Attr) slog.Handler { return logHandler{h.Handler.WithAttrs(a)} }
func (h logHandler) WithGroup(n string) slog.Handler      { return logHandler{h.Handler.WithGroup(n)} }

// address matches an e-mail address, of which the log has the domain only.
var address = lazyregexp.New(`[^\s@<>"'(),;:]+@([^\s@<>"'(),;:]+)`)

// clean prevents foreign text from forging or hiding log lines: control
// characters, line and paragraph separators and direction marks become spaces. It leaves
// out who an e-mail address is of, since errors name mailboxes and recipients.
func clean(_ []string, a slog.Attr) slog.Attr {
	var s string
	switch v := a.Value.Any().(type) {
	case string:
		s = v
	case error:
		s = v.Error()
	default:
		return a
	}
	if strings.Contains(s, "@") {
		s = address.ReplaceAllString(s, "…@$1")
	}
	a.Value = slog.StringValue(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.Is(unicode.C, r) || r == '\u2028' || r == '\u2029':
			return ' '
		}
		return r
	}, s))
	return a
}
