package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The HTTP request with which a WebSocket begins (RFC 6455 section 4.2). When it is answered, this and the HTTP codec
 * leave the pipeline and {@link WebSocketFrames} takes their place.
 *
 * <p>Where the page that connects comes from (Origin) is not asked: it protects users whose browser sends a cookie by
 * itself, and here nobody is let in by one.
 */
final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketUpgrade.class);
    private static final String PATH = "/mqtt";

    /** Of the specification, and what clients of 3.1 called it. */
    private static final List<String> SUB_PROTOCOLS = List.of("mqtt", "mqttv3.1");

    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;
    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int REQUEST_LINE_BYTES_MAX = 1_024;
    private static final int HEADER_BYTES_MAX = 8 * 1_024;
    private static final int BODY_BYTES_MAX = 1_024;

    private final NettyLane lane;
    private final Caller caller;
    private final Counters counters;
    private boolean answered;

    /** An answer in place of an upgrade. */
    private record Refusal(HttpResponseStatus status, String words) {}

    private static final Refusal TOO_LARGE = new Refusal(
            HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "This is for WebSocket only, whose request has no content.");

    private static final Refusal TOO_LONG =
            new Refusal(HttpResponseStatus.BAD_REQUEST, "This HTTP request is too long.");
    private static final Refusal NO_HTTP = new Refusal(
            HttpResponseStatus.BAD_REQUEST, "This is no HTTP request; perhaps MQTT, whose port is another.");

    private WebSocketUpgrade(NettyLane lane, Caller caller, Counters counters) {
        this.lane = lane;
        this.caller = caller;
        this.counters = counters;
    }

    static void addTo(ChannelPipeline pipeline, NettyLane lane, Caller caller, Counters counters) {
        HttpDecoderConfig bounds = new HttpDecoderConfig()
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX);
        pipeline.addLast("lines", new HttpLines(lane, counters, caller));
        pipeline.addLast("http", new HttpServerCodec(bounds));
        WebSocketUpgrade upgrade = new WebSocketUpgrade(lane, caller, counters);
        pipeline.addLast("request", new HttpObjectAggregator(BODY_BYTES_MAX, true) {
            @Override
            protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage request) throws Exception {
                upgrade.refusing(request, TOO_LARGE);
                super.handleOversizedMessage(ctx, request);
            }
        });
        pipeline.addLast("upgrade", upgrade);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (answered) {
            return; // with the connection's end
        }
        answered = true;
        Refusal refusal = refusal(request);
        if (refusal != null) {
            refuse(ctx, request, refusal);
            return;
        }
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.UPGRADE, "websocket");
        headers.set(HttpHeaderNames.CONNECTION, "Upgrade");
        headers.set(
                HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
        // [MQTT-6.0.0-4 of 3.1.1]
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subProtocol(request.headers())); // [MQTT-6.0.0-4]
        ctx.writeAndFlush(response);
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addAfter(ctx.name(), "frames", new WebSocketFrames());
        // First who may hold bytes that came behind the request: they go up to the frames.
        pipeline.remove("lines");
        pipeline.remove("http");
        pipeline.remove("request");
        pipeline.remove(this);
    }

    private static @Nullable Refusal refusal(FullHttpRequest request) {
        HttpHeaders headers = request.headers();
        if (request.decoderResult().isFailure()) {
            boolean tooLong = request.decoderResult().cause() instanceof TooLongFrameException;
            return tooLong ? TOO_LONG : NO_HTTP;
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "Only GET is answered here.");
        }
        String path = path(request);
        if (path.equals("/")) {
            return new Refusal(
                    HttpResponseStatus.OK, "This is an MQTT broker. MQTT over WebSocket is at " + PATH + ".");
        }
        if (!path.equals(PATH)) {
            return new Refusal(HttpResponseStatus.NOT_FOUND, "MQTT over WebSocket is at " + PATH + ".");
        }
        boolean isUpgrade = headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
                && headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        if (!isUpgrade || !headers.contains(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION, true)) {
            return new Refusal(
                    HttpResponseStatus.UPGRADE_REQUIRED, "This is for WebSocket, version " + VERSION + ", only.");
        }
        if (!isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key has to be 16 bytes in base64.");
        }
        if (subProtocol(headers) == null) { // [MQTT-6.0.0-3]
            return new Refusal(
                    HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Protocol has to name the sub-protocol mqtt.");
        }
        return null;
    }

    /** Without the query, where clients are known to put passwords. */
    private static String path(HttpRequest request) {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The first of ours that the client offers. */
    private static @Nullable String subProtocol(HttpHeaders headers) {
        List<String> offered = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .toList();
        return SUB_PROTOCOLS.stream().filter(offered::contains).findFirst().orElse(null);
    }

    private static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + KEY_SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    private void refusing(HttpMessage message, Refusal refusal) {
        if (refusal.status().code() >= 400) {
            counters.add(Counter.REFUSED_HTTP_REQUEST);
        }
        // Of what cannot be read the codec makes up a method and a path, which nobody has sent.
        String asked = message.decoderResult().isFailure() ? "" : asked((HttpRequest) message);
        // Who looks whether the port is served does so again and again.
        Level level = refusal.status().equals(HttpResponseStatus.OK) ? Level.DEBUG : Level.INFO;
        LOG.atLevel(level)
                .log(
                        "answering HTTP {}{} status={} detail=\"{}\"",
                        caller,
                        asked,
                        refusal.status().code(),
                        refusal.words());
    }

    private static String asked(HttpRequest request) {
        return " method=" + Caller.printable(request.method().name()) + " path=\"" + Caller.printable(path(request))
                + '"';
    }

    private void refuse(ChannelHandlerContext ctx, FullHttpRequest request, Refusal refusal) {
        refusing(request, refusal);
        byte[] words = (refusal.words() + "\n").getBytes(StandardCharsets.UTF_8);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, refusal.status(), isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(words));
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        headers.set(HttpHeaderNames.CONTENT_LENGTH, words.length);
        headers.set(HttpHeaderNames.CONNECTION, "close");
        if (refusal.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            headers.set(HttpHeaderNames.ALLOW, "GET");
        }
        if (refusal.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            headers.set(HttpHeaderNames.UPGRADE, "websocket");
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
        }
        HangUp.after(ctx.writeAndFlush(response), ctx.channel(), lane);
    }
}
