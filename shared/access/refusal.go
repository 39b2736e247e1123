package access

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
)

// LogRefusal logs that a request was refused. It logs the actor's id and never an
// address, and the pattern of the route, since the path may name people. A pattern
// may begin with its method. A 404 is also logged, since an actor gets it for an
// object that he or she may not see. Other statuses are not logged.
func LogRefusal(ctx context.Context, who, method, pattern string, status int) {
	level := slog.LevelWarn
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
	case http.StatusNotFound:
		level = slog.LevelInfo
	default:
		return
	}
	route := strings.TrimPrefix(pattern, method+" ")
	slog.LogAttrs(ctx, level, "refused", slog.String("who", who), slog.String("method", method), slog.String("route", route),
		slog.Int("status", status))
}
