# docker build -t fastapi-quiz . && docker run -v quiz:/data fastapi-quiz check
FROM debian:trixie-slim

# The font, of 5 MB, writes Chinese, Japanese and Korean names in pictures.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    ca-certificates fonts-wqy-microhei python3 python3-venv tini \
 && rm -rf /var/lib/apt/lists/*

# The versions that the tests ran with; EXTRAS may leave out a platform, or add ai, semantic, generate.
ARG EXTRAS=discord,postgres,slack,web
COPY . /src
RUN sed -n 's/^\([A-Za-z0-9._-]*==[^ ;]*\).*/\1/p' /src/requirements.lock > /src/versions.txt \
 && python3 -m venv /opt/quiz \
 && /opt/quiz/bin/pip install --no-cache-dir --constraint /src/versions.txt "/src[$EXTRAS]" \
 && rm -rf /src

# The database lies in /data, and config.toml beside it, if there is one.
RUN useradd --uid 10001 --no-create-home --home-dir /data quiz \
 && install --directory --owner quiz --group quiz /data
USER quiz
WORKDIR /data
VOLUME /data
ENV PATH=/opt/quiz/bin:$PATH \
    FASTAPI_QUIZ_WEB__HOST=0.0.0.0
EXPOSE 8000
STOPSIGNAL SIGTERM
# tini hears what comes before Python does: the first process of a container has no default for SIGTERM.
ENTRYPOINT ["tini", "-e", "143", "--", "fastapi-quiz"]
CMD ["run"]
